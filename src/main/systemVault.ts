import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { SafeStorage } from 'electron'
import { encryptedVault, fileVault, type VaultBackend, type VaultTools } from '../daemon/platform/vault.ts'

/**
 * The vault under the system's own keys where it has any. Linux without a key ring offers `basic_text`, which protects
 * nothing while looking as if it did: then the owner-only file is used, which says what it is.
 */
export async function systemVault(
  safeStorage: SafeStorage,
  platform: NodeJS.Platform,
  path: string,
  tools: VaultTools,
): Promise<VaultBackend> {
  const available = await safeStorage.isAsyncEncryptionAvailable().catch(() => false)
  const backend = platform === 'linux' ? safeStorage.getSelectedStorageBackend() : 'system'
  const plain = fileVault(path, tools)
  if (!available || backend === 'basic_text' || backend === 'unknown') {
    tools.logger.warn('no key ring: secrets rest in a file that only its owner may read', { backend, available })
    return plain
  }
  tools.logger.info('secrets rest under the keys of the system', { backend })
  const encrypted = encryptedVault(`${path}.encrypted`, {
    ...tools,
    encrypt: (text) => safeStorage.encryptStringAsync(text),
    decrypt: async (bytes) => (await safeStorage.decryptStringAsync(Buffer.from(bytes))).result,
  })
  // A plain file was written since, by a headless run or before there was a key ring: it is the newer one.
  if (existsSync(path)) {
    await encrypted.write({ ...(await encrypted.read()), ...(await plain.read()) })
    await rm(path, { force: true })
    tools.logger.info('secrets of the plain vault were taken under the keys of the system')
  }
  return encrypted
}
