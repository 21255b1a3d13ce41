/** A real Chromium for tests: the system's, or one that Debian installs. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const args = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

const debianPath = '/usr/bin/chromium';

/** Launches Chromium: `CHROME_PATH`, else /usr/bin/chromium, else installs it where that can be done (Debian, as root). Throws what to do where it cannot. */
export const launchChromium = (): Promise<Browser> => chromium.launch({ executablePath: findChromium(), args });

const findChromium = (): string => {
  const path = process.env['CHROME_PATH'] ?? debianPath;
  if (!existsSync(path) && path === debianPath) install();
  if (existsSync(path)) return path;
  throw new Error(`There is no Chromium at ${path}: install it (Debian: apt-get install chromium), or set CHROME_PATH to one.`);
};

const install = (): void => {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  try {
    execFileSync('apt-get', ['update'], options);
    execFileSync('apt-get', ['install', '-y', 'chromium'], options);
  } catch {
    // what is missing is said by whoever looks for it
  }
};
