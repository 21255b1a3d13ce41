/** A walk through a story's past: the slider (by hand, or with the arrow keys on it) shows each revision as it comes to it. Without this script its button does. */

/** What belongs to a revision and not to the walk. */
const parts = ['walk-label', 'walk-links', 'past'];

const walk = (form: HTMLFormElement, slider: HTMLInputElement): void => {
  let shown = slider.value;
  let busy = false;

  /** Throws where there is no connection: then the page stays what it says it is. */
  const show = async (number: string): Promise<void> => {
    const response = await fetch(`${form.action}/${number}`);
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    shown = number;
    const fresh = parts.map((id) => page.getElementById(id));
    if (fresh.includes(null)) return location.assign(response.url);
    for (const part of fresh) if (part) document.getElementById(part.id)?.replaceWith(part);
    document.title = page.title;
    const { lang, dir } = page.documentElement;
    Object.assign(document.documentElement, { lang, dir });
    history.replaceState(null, '', response.url);
  };

  /** One request at a time: what the slider has passed meanwhile is left out. */
  const follow = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      while (slider.value !== shown) await show(slider.value);
    } catch {
      slider.value = shown;
    }
    busy = false;
  };

  slider.addEventListener('input', () => void follow());
};

const form = document.querySelector<HTMLFormElement>('.walk form');
const slider = form?.querySelector('input');
if (form && slider) {
  form.querySelector('button')?.remove();
  walk(form, slider);
}
