import { useEffect, useState } from 'react'
import { type Mirror, mirrorStore } from '../client/mirror.ts'
import { daemonNowMs } from '../client/ticker.ts'
import { announcements } from './announce.ts'

/** Says new trouble to those who do not see it: politely, or at once when it is critical. */
export function Announcer() {
  const [polite, setPolite] = useState('')
  const [assertive, setAssertive] = useState('')

  useEffect(() => {
    let before: Mirror | null = mirrorStore.getState().mirror
    return mirrorStore.subscribe(({ mirror }) => {
      if (!mirror || (mirror.incidents === before?.incidents && mirror.alerts === before.alerts)) return
      if (before) {
        const said = announcements(before, mirror, daemonNowMs())
        if (said.polite.length > 0) setPolite(said.polite.join('. '))
        if (said.assertive.length > 0) setAssertive(said.assertive.join('. '))
      }
      before = mirror
    })
  }, [])

  return (
    <>
      <div className="visuallyHidden" role="status" aria-live="polite" data-announcer="polite">
        {polite}
      </div>
      <div className="visuallyHidden" role="alert" aria-live="assertive" data-announcer="assertive">
        {assertive}
      </div>
    </>
  )
}
