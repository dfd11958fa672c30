import { run } from '../../src/headless/cli.ts'

// The command line as it stands in src, on a root that needs no build: first the root, then what an operator would type.
const [root = '', ...args] = process.argv.slice(2)
process.exitCode = await run(args, root)
