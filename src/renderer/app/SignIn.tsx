import { CopyButton } from '../components/CopyButton.tsx'
import { PageState } from '../components/States.tsx'
import styles from './SignIn.module.css'

/** This browser has no session: a fresh address has to come from where Kora runs. */
export function SignIn() {
  return (
    <PageState title="You are signed out">
      <p className="dim">
        This browser has no session with Kora. The cockpit opens with a one-time address, which works once and not for
        long.
      </p>
      <p className="dim">Get a fresh one in a terminal on that machine, then open the address it prints:</p>
      <ul className={styles['ways']}>
        <Way command="npm start" when="starts Kora" />
        <Way command="kora status" when="when it is running already" />
      </ul>
    </PageState>
  )
}

function Way({ command, when }: { command: string; when: string }) {
  return (
    <li className={styles['way']}>
      <code className={`mono ${styles['command']}`}>{command}</code>
      <span className="dim">{when}</span>
      <CopyButton text={command} what={command} />
    </li>
  )
}
