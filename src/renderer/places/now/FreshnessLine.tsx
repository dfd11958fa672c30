import ChevronDown from 'lucide-react/icons/chevron-down'
import { useMemo, useState } from 'react'
import type { ServiceRow } from '../../../contract/probes.ts'
import type { Snapshot } from '../../../contract/snapshot.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { checkNow } from '../../client/incidentActions.ts'
import { useMirror } from '../../client/mirror.ts'
import { useNow, useTick } from '../../client/ticker.ts'
import { Button, Spinner } from '../../components/Button.tsx'
import { Age } from '../../components/Figures.tsx'
import { sentenceCase } from '../../components/format.ts'
import { Popover } from '../../components/Popover.tsx'
import { instantMs } from '../../../domain/heroes.ts'
import { freshnessText, type Reading, readingsOf } from './freshnessLine.ts'
import { fromSnapshotText } from './heroCards.ts'
import styles from './Now.module.css'
import { type Heroes, useFreshSnapshot } from './useHeroes.ts'

/** How many readings are fresh, in a few words, and each of them with its age behind them. */
export function FreshnessLine({ heroes }: { heroes: Heroes }) {
  const byId = useMirror((mirror) => mirror.services)
  const ids = useMirror((mirror) => mirror.serviceIds)
  const services = useMemo(() => ids.flatMap((id) => byId[id] ?? []), [byId, ids])
  const snapshot = useFreshSnapshot()
  const text = useTick((nowMs) => freshnessText(readingsOf(services, snapshot, nowMs), nowMs))
  const known = snapshot === null ? `${text}, no snapshot` : text
  const [open, setOpen] = useState(false)
  const trigger = (
    <button type="button" className={styles['freshness']}>
      {known}
      <ChevronDown size={11} aria-hidden="true" />
    </button>
  )
  return (
    <Popover trigger={trigger} title="How fresh it is" open={open} onOpenChange={setOpen}>
      <Everything heroes={heroes} services={services} snapshot={snapshot} />
    </Popover>
  )
}

interface EverythingProps {
  heroes: Heroes
  services: readonly ServiceRow[]
  snapshot: Snapshot | null
}

function Everything({ heroes, services, snapshot }: EverythingProps) {
  const readings = readingsOf(services, snapshot, useNow(5_000))
  const sections = readings.filter((reading) => reading.serviceId === null)
  const ofServices = readings.filter((reading) => reading.serviceId !== null)
  return (
    <>
      <p className="small dim">
        {snapshot === null ? (
          'There is no fresh snapshot: the cards are read one by one.'
        ) : (
          <>
            Cards: {fromSnapshotText(heroes)}, computed <Age atMs={instantMs(snapshot.computed_at)} as="ago" />.
          </>
        )}
      </p>
      {sections.length > 0 ? <Readings label="Kora" readings={sections} /> : null}
      {ofServices.length > 0 ? <Readings label="Services" readings={ofServices} /> : null}
    </>
  )
}

function Readings({ label, readings }: { label: string; readings: readonly Reading[] }) {
  return (
    <>
      <h3 className={styles['readingsTitle']}>{label}</h3>
      <ul className={styles['readings']} aria-label={label}>
        {readings.map((reading) => (
          <Line key={reading.key} reading={reading} />
        ))}
      </ul>
    </>
  )
}

function Line({ reading }: { reading: Reading }) {
  const { client, online } = useCockpit()
  const { serviceId, name, observedAtMs, freshness, reason } = reading
  const checking = useMirror((mirror) => serviceId !== null && (mirror.services[serviceId]?.checking ?? false))
  return (
    <li className={styles['reading']} data-freshness={freshness}>
      <span className={styles['readingName']}>{name}</span>
      <span className={styles['readingState']}>
        {freshness}
        {observedAtMs === null ? null : (
          <>
            , <Age atMs={observedAtMs} />
          </>
        )}
      </span>
      {serviceId === null ? null : (
        <Button
          look="quiet"
          className={styles['readingCheck']}
          unavailable={online ? null : offlineReason}
          aria-label={`Check now, ${name}`}
          onClick={() => void checkNow(client, { id: serviceId, title: name })}
        >
          {checking ? <Spinner /> : null}
          Check now
        </Button>
      )}
      {reason ? <span className={styles['readingReason']}>{sentenceCase(reason)}</span> : null}
    </li>
  )
}
