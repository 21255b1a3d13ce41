import * as c from './chromium.ts'; import * as f from './firefox.ts'; import * as w from './webkit.ts';
for (const [launch, scale] of [[c.launch, 1.25], [c.launch, 1.1], [f.launch, 1.25], [f.launch, 1.1], [w.launch, 2]] as const) {
  const e = await launch({ width: 900, height: 700, scale });
  await e.goto('about:blank');
  console.log(e.name, scale, JSON.stringify(await e.run(async () => {
    document.documentElement.innerHTML = '<body style="font:16px/1.5 serif"><article><div id="x"></div>' + Array.from({ length: 40 }, (_, i) => `<p>para ${i} lorem ipsum</p>`).join('') + '</article></body>';
    document.documentElement.style.overflowAnchor = 'none';
    const frame = () => new Promise(requestAnimationFrame);
    const article = document.querySelector('article') as HTMLElement;
    const p = document.querySelectorAll('p')[15] as Element;
    const out: unknown[] = [devicePixelRatio];
    scrollBy({ top: 400, behavior: 'instant' });
    await frame(); await frame();
    out.push(['scrollY', scrollY]);
    const pixel = 1 / devicePixelRatio;
    for (const px of [0.1, 0.25, 0.3, 0.5, 0.7]) {
      const t0 = p.getBoundingClientRect().top;
      article.style.paddingBlockStart = px + 'px';
      const t1 = p.getBoundingClientRect().top;
      await frame(); await frame();
      const t2 = p.getBoundingClientRect().top;
      out.push(['pad', px, t1 - t0, t2 - t0]);
    }
    article.style.paddingBlockStart = '0px';
    for (const n of [1, 2, 3, 7, -1]) {
      const t0 = p.getBoundingClientRect().top; const s0 = scrollY;
      scrollBy({ top: n * pixel, behavior: 'instant' });
      const t1 = p.getBoundingClientRect().top; const s1 = scrollY;
      await frame(); await frame();
      out.push(['scroll', n * pixel, t0 - t1, s1 - s0, t0 - p.getBoundingClientRect().top]);
    }
    return out;
  })));
  await e.close();
}
