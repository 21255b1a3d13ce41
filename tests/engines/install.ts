/** The browsers, from where Debian puts them; on Debian, as root, what is missing is installed. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const paths = {
  chromium: process.env['CHROME_PATH'] ?? '/usr/bin/chromium',
  firefox: process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr',
  webkitDriver: process.env['WEBKIT_DRIVER_PATH'] ?? '/usr/bin/WebKitWebDriver',
  xvfb: '/usr/bin/Xvfb',
};

const packages = ['chromium', 'firefox-esr', 'webkit2gtk-driver', 'xvfb', 'fonts-dejavu-core'];

const missing = (): string[] => Object.values(paths).filter((path) => !existsSync(path));

/** Where a program is. */
export const pathOf = (program: keyof typeof paths): string => paths[program];

/** Before the tests: makes sure that all three engines are there. Throws one sentence that says what to do where they are not and cannot be installed. */
export const setup = (): void => {
  if (missing().length > 0) tryInstall();
  const gone = missing();
  if (gone.length === 0) return;
  throw new Error(`These tests drive Chromium, Firefox and WebKit, and ${gone.join(', ')} cannot be found: on Debian run \`apt-get install -y --no-install-recommends ${packages.join(' ')}\` as root.`);
};

const tryInstall = (): void => {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  try {
    execFileSync('apt-get', ['update'], options);
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], options);
  } catch {
    // what is missing is said by whoever looks for it
  }
};
