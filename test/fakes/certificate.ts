import { generateKeyPairSync, sign } from 'node:crypto'

const oid = {
  ecdsaWithSha256: '06082a8648ce3d040302',
  commonName: '0603550403',
  subjectAltName: '0603551d11',
  basicConstraints: '0603551d13',
}

/** One DER element: tag, length, content. */
function der(tag: number, ...content: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(content.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)))
  const length =
    body.length < 128 ? Buffer.from([body.length]) : Buffer.from([0x82, body.length >> 8, body.length & 0xff])
  return Buffer.concat([Buffer.from([tag]), length, body])
}

function time(ms: number): Buffer {
  const digits = new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '')
  return der(0x18, Buffer.from(digits, 'ascii'))
}

/**
 * A self-signed certificate for `localhost` and 127.0.0.1, made on the spot so that no key lies in the repository.
 * @param expiresAtMs end of validity, epoch ms; whole seconds count
 */
export function selfSignedCertificate(expiresAtMs: number): { key: string; cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = der(0x30, oid.ecdsaWithSha256)
  const name = der(0x30, der(0x31, der(0x30, oid.commonName, der(0x0c, Buffer.from('localhost')))))
  const names = der(0x30, der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])))
  const extensions = der(
    0xa3,
    der(
      0x30,
      der(0x30, oid.subjectAltName, der(0x04, names)),
      der(0x30, oid.basicConstraints, der(0x04, der(0x30, der(0x01, 'ff')))),
    ),
  )
  const content = der(
    0x30,
    der(0xa0, der(0x02, '02')),
    der(0x02, '2a'),
    algorithm,
    name,
    der(0x30, time(Date.UTC(2020, 0, 1)), time(expiresAtMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions,
  )
  const whole = der(0x30, content, algorithm, der(0x03, '00', sign('sha256', content, privateKey)))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  }
}
