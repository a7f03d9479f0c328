import { useState } from 'preact/hooks';
import { makeBackup, restoreBackup } from '../api.ts';
import { useAttempt } from '../attempt.ts';
import { useWords } from '../i18n/index.ts';

/** As short as the unit takes one: MIN_PASSPHRASE of src/core/backup/pack.ts. */
const MIN_CHARS = 8;

/** Everything that a dead SD card would cost, sealed with a passphrase; and the way back. For the installer. */
export function Backup() {
  const { t, f } = useWords();
  const [passphrase, setPassphrase] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const { told, busy, attempt } = useAttempt();
  const save = async () => {
    keep(await makeBackup(passphrase), `heatmine-${f.isoDate(Date.now())}.heatmine`);
    return t.backup.made;
  };
  const restore = async (chosen: File) => {
    const { files } = await restoreBackup(passphrase, await base64Of(chosen));
    return t.backup.staged(String(files.length));
  };
  return (
    <div class="card stack" id="backup">
      <h3>{t.backup.title}</h3>
      <p class="quiet">{t.backup.intro}</p>
      <div class="fields">
        <label>
          <span class="label">{t.backup.passphrase(String(MIN_CHARS))}</span>
          <input
            id="passphrase"
            type="password"
            autoComplete="new-password"
            maxLength={200}
            value={passphrase}
            onInput={(event) => setPassphrase(event.currentTarget.value)}
          />
        </label>
        <button
          type="button"
          id="make-backup"
          disabled={busy || passphrase.length < MIN_CHARS}
          onClick={() => attempt(save)}
        >
          {t.backup.make}
        </button>
        <label class="file">
          <span class="label">{t.backup.file}</span>
          <span class="button">
            {t.backup.choose}: <small>{file?.name ?? t.backup.none}</small>
          </span>
          <input
            id="backup-file"
            type="file"
            accept=".heatmine"
            onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
          />
        </label>
        <button
          type="button"
          id="restore"
          disabled={busy || !file}
          onClick={() => file && attempt(() => restore(file))}
        >
          {t.backup.restore}
        </button>
      </div>
      <span role="status" class="note">
        {told}
      </span>
    </div>
  );
}

function keep(bytes: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  // Once the browser has taken it.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const CHUNK = 0x8000;
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}
