#!/usr/bin/env node
import { join } from 'node:path'
import { run } from './cli.ts'

// This file is built into out/main, two folders below the root, just as it stands in src/headless.
process.exitCode = await run(process.argv.slice(2), join(import.meta.dirname, '..', '..'))
