// Parses on any Node with modules, so that an old one gets a sentence instead of a crash.
/** Ends the process with one line when this Node is too old for the store's driver. */
export function refuseOldNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= 24) return
  console.error(
    `Kora needs Node 24 or newer; this is ${process.versions.node}. Get it from nodejs.org, then try again.`,
  )
  process.exit(2)
}
