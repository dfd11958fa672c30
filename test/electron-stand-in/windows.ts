import { EventEmitter } from 'node:events'

/** Windows that are there, oldest first. */
export const openWindows: { destroy(): void }[] = []

/** `contents-created` with the web contents, and `none-left`: what windows tell the app. */
export const windowEvents = new EventEmitter()
