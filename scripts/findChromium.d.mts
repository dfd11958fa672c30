/** A Chromium to test with: CHROMIUM_PATH, the one Playwright installed, or one of the system. */
export function findChromium(): string | null
