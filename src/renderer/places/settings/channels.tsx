import type { ChannelState } from '../../../contract/settings.ts'
import { CopyableAge } from '../../components/Figures.tsx'
import { formatLatency } from '../../components/format.ts'
import { Status } from '../../components/Glyph.tsx'
import { KeyValues } from '../../components/Layout.tsx'
import { deliveryReason } from '../../../domain/deliveryReasons.ts'
import type { Tone } from '../../components/status.ts'

const states: Readonly<Record<ChannelState['state'], { tone: Tone; words: string }>> = {
  ready: { tone: 'well', words: 'Ready' },
  not_configured: { tone: 'unknown', words: 'Not set up' },
  denied: { tone: 'attention', words: 'Not allowed' },
  failing: { tone: 'attention', words: 'Failing' },
}

export function channelWords(channel: ChannelState | undefined): string {
  return channel ? states[channel.state].words : 'Unknown'
}

/** How a channel stands, and when it last proved itself. */
export function ChannelFacts({ channel }: { channel: ChannelState | undefined }) {
  if (!channel) return null
  const { tone, words } = states[channel.state]
  const failedLast = channel.lastFailureAtMs !== null && channel.lastFailureAtMs > (channel.lastProvenAtMs ?? 0)
  return (
    <KeyValues
      facts={[
        {
          name: 'State',
          value: (
            <Status tone={tone}>
              {words}
              {channel.note ? `: ${channel.note}` : ''}
            </Status>
          ),
        },
        { name: 'Last proven', value: <CopyableAge atMs={channel.lastProvenAtMs} as="ago" none="never" /> },
        ...(failedLast
          ? [
              {
                name: 'Last failure',
                value: (
                  <>
                    <CopyableAge atMs={channel.lastFailureAtMs} as="ago" />:{' '}
                    {deliveryReason(channel.lastFailure ?? 'no reason given')}
                  </>
                ),
              },
            ]
          : []),
      ]}
    />
  )
}

export function testText(result: { outcome: 'sent' | 'failed'; reason: string | null; latencyMs: number }): {
  ok: boolean
  text: string
} {
  if (result.outcome === 'sent') return { ok: true, text: `Sent in ${formatLatency(result.latencyMs)}` }
  return { ok: false, text: `Not sent: ${deliveryReason(result.reason ?? 'no reason given')}` }
}
