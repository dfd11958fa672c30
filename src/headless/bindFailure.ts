import { KoraError } from '../domain/errors.ts'

/** Why a port could not be taken, with the way out in one line. */
export function bindFailure(error: unknown, host: string, port: number, platform: NodeJS.Platform): KoraError {
  const code = (error as NodeJS.ErrnoException).code
  const choose = 'choose another with --port or KORA_WEB_PORT'
  if (code === 'EADDRINUSE') {
    const message = `Port ${port} on ${host} is taken. See who has it with: ${whoHas(port, platform)}, or ${choose}.`
    return new KoraError('port_taken', message, { host, port }, { cause: error })
  }
  if (code === 'EACCES') {
    const message = `Port ${port} needs rights this user does not have; ${choose}.`
    return new KoraError('config_invalid', message, { host, port }, { cause: error })
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    const message = `KORA_WEB_HOST: ${host} is no address of this machine; 127.0.0.1 is the default.`
    return new KoraError('config_invalid', message, { host, port }, { cause: error })
  }
  return new KoraError(
    'internal',
    `The server could not listen on ${host}:${port}: ${String(error)}`,
    {},
    { cause: error },
  )
}

function whoHas(port: number, platform: NodeJS.Platform): string {
  if (platform === 'win32') return `netstat -ano | findstr :${port}`
  if (platform === 'darwin') return `lsof -nP -iTCP:${port} -sTCP:LISTEN`
  return `ss -ltnp 'sport = :${port}'`
}
