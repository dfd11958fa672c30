import type { Logger } from '../../src/daemon/platform/logger.ts'

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: Record<string, unknown>
}

/** A logger that keeps its lines, oldest first. */
export interface MemoryLogger extends Logger {
  readonly lines: LogLine[]
  /** Messages of one level. */
  messages(level: LogLine['level']): string[]
}

export function createMemoryLogger(): MemoryLogger {
  const lines: LogLine[] = []
  const at =
    (level: LogLine['level']) =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      lines.push({ level, message, fields })
    }
  return {
    lines,
    messages: (level) => lines.filter((line) => line.level === level).map((line) => line.message),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  }
}
