/** What the documents say of themselves. The version is that of what they describe: it changes with `stop-press.v1`, not with the program. */
export const about = {
  version: '1.0.0',
  license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
  contact: { name: 'The newsroom that runs this server' },
};
