/** A story alone in a frame: the page around it hears how high the story is, and what leads out of it opens beside that page. */

const content = document.querySelector('#content');

const tellHeight = (): void => {
  const height = Math.ceil(content?.getBoundingClientRect().height ?? 0);
  parent.postMessage({ type: 'stop-press:height', height }, '*'); // no secret
};

if (content) new ResizeObserver(tellHeight).observe(content);

addEventListener('click', ({ target }) => {
  const link = target instanceof Element ? target.closest('a') : null;
  if (link && link.hash === '') link.target = '_blank';
}, { capture: true });
