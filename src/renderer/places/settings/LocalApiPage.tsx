import { SectionPage } from '../../app/SectionPage.tsx'
import { useCockpit } from '../../client/CockpitContext.ts'
import { useMirror } from '../../client/mirror.ts'
import { CopyButton } from '../../components/CopyButton.tsx'
import { NumberField, SwitchField } from '../../components/Field.tsx'
import { KeyValues } from '../../components/Layout.tsx'
import { FormFrame } from './FormFrame.tsx'
import { localApiAddress, tokenFile } from './localApi.ts'
import { type SettingsView, useSettingsForm } from './settingsForm.ts'

/** What other programs on this machine may read. */
export function LocalApiPage({ view, onChanged }: { view: SettingsView; onChanged: () => void }) {
  const { host } = useCockpit()
  const folder = useMirror((mirror) => mirror.daemon.dataFolder)
  const form = useSettingsForm('localApi', { scope: '/settings/local-api', view, onSaved: onChanged })
  const { enabled, port } = view.settings.localApi
  const token = tokenFile(folder)
  const served = host === 'headless' || enabled
  const address = localApiAddress(host, location.origin, port)
  return (
    <SectionPage
      title="Local API"
      text="Other programs of yours can read what Kora knows, on this machine only. They need the token; nothing is served to the network."
    >
      <KeyValues
        facts={[
          {
            name: 'Served',
            value:
              host === 'headless'
                ? 'always, together with this cockpit'
                : enabled
                  ? 'yes'
                  : 'no, it is off unless you switch it on',
          },
          ...(served && address !== null
            ? [
                {
                  name: 'Address',
                  value: (
                    <>
                      <span className="mono">{address}</span> <CopyButton text={address} what="the address" />
                    </>
                  ),
                },
              ]
            : []),
          {
            name: 'Token file',
            value: (
              <>
                <span className="mono">{token}</span> <CopyButton text={token} what="the path of the token file" />
              </>
            ),
          },
        ]}
      />
      {host === 'headless' ? null : (
        <FormFrame form={form}>
          <SwitchField
            label="Serve it"
            help="The token is made on the first start with it. Only you can read its file."
            value={form.draft.enabled}
            error={form.issue('enabled')}
            fixedBy={form.fixedBy('enabled')}
            onChange={(on) => form.set('enabled', on)}
          />
          <NumberField
            label="Port"
            help="0 takes any that is free."
            value={Number.isNaN(form.draft.port) ? null : form.draft.port}
            error={form.issue('port')}
            fixedBy={form.fixedBy('port')}
            onChange={(value) => form.set('port', value ?? Number.NaN)}
          />
        </FormFrame>
      )}
    </SectionPage>
  )
}
