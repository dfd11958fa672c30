import CommandIcon from 'lucide-react/icons/command'
import { useMirror } from '../client/mirror.ts'
import { useNeedsCount } from '../client/needs.ts'
import { daemonNowMs } from '../client/ticker.ts'
import { uiStore } from '../client/ui.ts'
import { Kbd } from '../components/Button.tsx'
import { countOf, formatDay } from '../components/format.ts'
import { Tooltip } from '../components/Tooltip.tsx'
import { places } from './routes.tsx'
import styles from './Shell.module.css'

export function Sidebar({ place }: { place: string }) {
  const needs = useNeedsCount()
  return (
    <nav className={styles['side']} aria-label="Places" data-places="">
      <div className={styles['brand']}>
        <svg
          className={styles['brandMark']}
          width="16"
          height="16"
          viewBox="0 0 20 20"
          fill="none"
          strokeWidth="2"
          aria-hidden="true"
        >
          <circle cx="10" cy="10" r="7" />
          <path d="M10 10l3.5-3.5" strokeLinecap="round" />
        </svg>
        <span className={styles['label']}>Kora</span>
      </div>
      {places.map(({ id, label, icon: Icon, keys }) => (
        <Tooltip
          key={id}
          text={
            <>
              {label} <Kbd keys={keys} />
            </>
          }
        >
          <a className={styles['link']} href={`#/${id}`} aria-current={id === place ? 'page' : undefined}>
            <Icon size={15} strokeWidth={1.6} aria-hidden="true" />
            <span className={styles['label']}>{label}</span>
            {id === 'now' && needs > 0 ? (
              <span className={styles['count']}>
                {needs}
                <span className="visuallyHidden"> {needs === 1 ? 'needs' : 'need'} you</span>
              </span>
            ) : null}
          </a>
        </Tooltip>
      ))}
      <div className={styles['bottom']}>
        <button type="button" className={styles['commands']} onClick={() => uiStore.setState({ palette: true })}>
          <CommandIcon size={15} strokeWidth={1.6} aria-hidden="true" />
          <span className={styles['label']}>Commands</span>
          <Kbd keys="Mod+K" />
        </button>
        <Foot />
      </div>
    </nav>
  )
}

function Foot() {
  const count = useMirror(
    ({ services }) => Object.values(services).filter((row) => row.enabled && row.status !== 'not_configured').length,
  )
  const since = useMirror((mirror) => mirror.daemon.historySinceMs)
  return (
    <div className={styles['foot']}>
      {count === 0 ? 'Watching nothing yet' : `Watching ${countOf(count, 'service')}`}
      <br />
      {since === null ? 'No history yet' : `History since ${formatDay(since, daemonNowMs())}`}
    </div>
  )
}
