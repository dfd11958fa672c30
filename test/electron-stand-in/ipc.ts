import { EventEmitter } from 'node:events'

/** Kora's pages only send; `invoke` and its handlers are not imitated. */
export const ipcMain = new EventEmitter()
