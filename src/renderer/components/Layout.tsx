import ArrowLeft from 'lucide-react/icons/arrow-left'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { Button } from './Button.tsx'
import styles from './Layout.module.css'

interface PlaceHeaderProps {
  title: string
  sub?: ReactNode
  actions?: ReactNode
}

/** The top of every place. Its heading takes the focus when the place is entered. */
export function PlaceHeader({ title, sub, actions }: PlaceHeaderProps) {
  return (
    <header className={styles['header']}>
      <div className={styles['headline']}>
        <h1 className={styles['title']} tabIndex={-1} data-place-heading="">
          {title}
        </h1>
        {sub ? <p className={styles['sub']}>{sub}</p> : null}
      </div>
      {actions ? <div className={styles['actions']}>{actions}</div> : null}
    </header>
  )
}

interface SectionProps {
  title: ReactNode
  aside?: ReactNode
  children: ReactNode
}

/** A titled stretch of a place. */
export function Section({ title, aside, children }: SectionProps) {
  const id = useId()
  return (
    <section className={styles['section']} aria-labelledby={id}>
      <div className={styles['sectionHead']}>
        <h2 id={id} className={styles['sectionTitle']}>
          {title}
        </h2>
        {aside ? <div className={styles['sectionAside']}>{aside}</div> : null}
      </div>
      {children}
    </section>
  )
}

interface ListInspectorProps {
  list: ReactNode
  /** Read out as the name of the list. */
  listLabel: string
  /** Said on the button that leads back to the list in a narrow window. */
  backLabel: string
  inspector: ReactNode
  /** Something was opened from the list: decides which of the two a narrow window shows. */
  opened: boolean
  onBack: () => void
  /** Changes when another thing is inspected: the inspector starts at its top again. */
  subject: string
  /** The list is a table: it has all the room until something is opened, and the larger part of it then. */
  table?: boolean
}

/** One list and one inspector: the shape of every place with records. */
export function ListInspector(props: ListInspectorProps) {
  const { list, listLabel, backLabel, inspector, opened, onBack, subject, table = false } = props
  const pane = useRef<HTMLElement>(null)
  useEffect(() => {
    pane.current?.scrollTo(0, 0)
  }, [subject])
  return (
    <div className={styles['split']} data-opened={opened} data-table={table || undefined}>
      <nav className={styles['list']} aria-label={listLabel} data-list="">
        {list}
      </nav>
      <article className={styles['inspector']} ref={pane} data-inspector="" data-scroller="">
        <div className={styles['inspectorInner']}>
          <Button look="quiet" className={styles['back']} onClick={onBack}>
            <ArrowLeft size={14} aria-hidden="true" />
            {backLabel}
          </Button>
          {inspector}
        </div>
      </article>
    </div>
  )
}

interface ListItemProps {
  href: string
  mark: ReactNode
  title: ReactNode
  text: ReactNode
  edge?: ReactNode
  selected: boolean
  id: string
}

/** One line of a list beside an inspector. */
export function ListItem({ href, mark, title, text, edge, selected, id }: ListItemProps) {
  return (
    <a href={href} className={styles['item']} aria-current={selected} data-nav-item={id}>
      <span className={styles['itemGlyph']}>{mark}</span>
      <span>
        <span className={styles['itemTitle']}>{title}</span>
        <span className={styles['itemText']} style={{ display: 'block' }}>
          {text}
        </span>
      </span>
      <span className={styles['itemEdge']}>{edge}</span>
    </a>
  )
}

export interface Fact {
  readonly name: string
  readonly value: ReactNode
}

/** Names and values under each other. */
export function KeyValues({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className={styles['facts']}>
      {facts.map((fact) => (
        <div key={fact.name} className={styles['fact']}>
          <dt>{fact.name}</dt>
          <dd>{fact.value}</dd>
        </div>
      ))}
    </dl>
  )
}

interface SegmentedProps<Value extends string> {
  label: string
  value: Value
  options: readonly { readonly value: Value; readonly label: string }[]
  onChange: (value: Value) => void
}

/** One of two to five, all in sight. */
export function Segmented<Value extends string>({ label, value, options, onChange }: SegmentedProps<Value>) {
  return (
    <div className={styles['segmented']} role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          className={styles['segment']}
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}
