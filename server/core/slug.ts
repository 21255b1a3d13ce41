/** A slug as part of an address: its slashes stay. */
export const encodeSlug = (slug: string): string => slug.split('/').map(encodeURIComponent).join('/');
