import Database from 'better-sqlite3'
import { migrate } from '../../src/daemon/store/migrate.ts'

/** A process that dies at the nth statement of its migrations: `node storeMigrationVictim.ts <file> <n>`. */
const [file = '', at = ''] = process.argv.slice(2)
const database = new Database(file)
database.pragma('journal_mode = WAL')
const run = database.exec.bind(database)
let statements = 0
database.exec = (sql) => {
  if (statements++ === Number(at)) process.kill(process.pid, 'SIGKILL')
  return run(sql)
}
migrate(database)
