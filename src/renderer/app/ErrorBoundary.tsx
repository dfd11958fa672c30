import { Component, type ReactNode } from 'react'
import { Button } from '../components/Button.tsx'
import styles from './ErrorBoundary.module.css'

interface Props {
  /** What could not be drawn, as people call it. */
  place: string
  children: ReactNode
}

/** Keeps the trouble of one place inside it: the sidebar, the banners and the daemon go on. */
export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (!error) return this.props.children
    return (
      <div className={styles['fallen']} role="alert">
        <h1 className={styles['title']} tabIndex={-1} data-place-heading="">
          {this.props.place} could not be drawn
        </h1>
        <p className="dim">Kora goes on watching, and the other places work. Reloading this one may be enough.</p>
        <p className="mono faint">
          {error.name}: {error.message}
        </p>
        <div>
          <Button look="primary" onClick={() => this.setState({ error: null })}>
            Reload {this.props.place}
          </Button>
        </div>
      </div>
    )
  }
}
