// SPDX-License-Identifier: GPL-3.0-or-later
// node check.js MODULES PAGE...: opens each page in one headless Chromium and prints what is wrong, a line
// each; exits 1 if there is anything. PAGE may end with "?hostile": then canaries must not sing.
'use strict';
const fs = require('fs'), path = require('path'), url = require('url');
const modules = path.resolve(process.argv[2]) + '/';
const { chromium } = require(require.resolve('playwright-core', { paths: [modules] }));
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js', { paths: [modules] }), 'utf8');

const wrong = [];
const sizes = [[390, 844], [768, 1024], [1440, 900]];

async function watched(browser, options, file, complain) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('console', m => ['error', 'warning'].includes(m.type()) && complain(`console: ${m.text()}`));
  page.on('pageerror', e => complain(`error: ${e.message}`));
  page.on('dialog', d => { complain('a dialog opened'); d.dismiss(); });
  page.on('request', r => /^(file|data):/.test(r.url()) || complain(`request: ${r.url()}`));
  page.on('requestfailed', r => complain(`failed: ${r.url()}`));
  page.on('popup', () => complain('a window opened'));
  await page.goto(url.pathToFileURL(file).href);
  return page;
}

// Every image, loaded: those below the fold, too.
async function images(page, complain) {
  const bad = await page.evaluate(async () => {
    const all = [...document.images];
    await Promise.all(all.map(i => i.decode().catch(() => 0)));
    return all.filter(i => !i.complete || !i.naturalWidth || !i.alt).map(i => i.currentSrc || i.src);
  });
  bad.forEach(src => complain(`image: ${src}`));
}

async function overflow(page, name, complain) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) complain(`${name}: ${wide} px wider than the window`);
}

// A link lands when its target is there and, after following it, in the window.
async function links(page, complain) {
  const all = await page.evaluate(() => [...new Set([...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href')))]);
  const cells = await page.evaluate(() => document.querySelectorAll('.decisions tbody td').length);
  const bare = await page.evaluate(() => [...document.querySelectorAll('.decisions tbody td')].filter(c => !c.querySelector('a[href^="#"]')).length);
  if (cells === 0 || bare > 0) complain(`${bare} of ${cells} cells of decisions have no link`);
  const missed = await page.evaluate(async all => {
    const missed = [];
    for (const href of all) {
      const target = document.getElementById(decodeURIComponent(href.slice(1)));
      if (!target) { missed.push(`${href}: nowhere`); continue; }
      location.hash = href;
      await new Promise(r => requestAnimationFrame(r));
      const box = target.getBoundingClientRect();
      if (box.bottom < -2 || box.top > innerHeight) missed.push(`${href}: at ${Math.round(box.top)}`);
    }
    return missed;
  }, all);
  missed.forEach(m => complain(`link ${m}`));
  const files = await page.evaluate(() => [...document.querySelectorAll('a[href]:not([href^="#"])')].map(a => a.href));
  for (const file of new Set(files))
    if (!file.startsWith('file:') || !fs.existsSync(url.fileURLToPath(file))) complain(`link to ${file}`);
}

// By keys alone: focus a column's button, Enter sorts up, Space sorts down; typing filters.
async function keys(page, complain) {
  const column = 3;
  const values = () => page.evaluate(c => [...document.querySelectorAll('#all tbody tr:not([hidden])')].map(r => r.cells[c].dataset.v).filter(v => v !== '').map(Number), column);
  await page.evaluate(() => document.querySelector('#tool input').focus());
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(c => document.activeElement.closest('th') === document.querySelector('#all thead tr').cells[c], column)) break;
    if (i === 29) complain('no button of a column within 30 tabs');
  }
  const sorted = (list, sign) => list.length > 2 && list.every((v, i) => i === 0 || sign * (v - list[i - 1]) >= 0);
  await page.keyboard.press('Enter');
  if (!sorted(await values(), 1)) complain('Enter does not sort up');
  await page.keyboard.press('Space');
  if (!sorted(await values(), -1)) complain('Space does not sort down');
  const all = (await values()).length;
  await page.evaluate(() => document.querySelector('#tool input').focus());
  await page.keyboard.type('scan mmap');
  const texts = await page.evaluate(() => [...document.querySelectorAll('#all tbody tr:not([hidden])')].map(r => r.textContent.toLowerCase()));
  if (texts.length === 0 || texts.length >= all || !texts.every(t => t.includes('scan') && t.includes('mmap')))
    complain(`the filter leaves ${texts.length} of ${all}`);
  // A link from a decision shows its row even if the filter had hidden it.
  await page.keyboard.type(' nothingofthekind');
  const target = await page.evaluate(async () => {
    const row = document.querySelector('#all tbody tr');
    location.hash = '#' + row.id;
    await new Promise(r => setTimeout(r, 50));
    return !row.hidden;
  });
  if (!target) complain('a link to a filtered row shows nothing');
}

async function check(browser, argument) {
  const [file, hostile] = argument.split('?');
  const complain = text => wrong.push(`${path.basename(path.dirname(path.dirname(file)))}: ${text}`);
  for (const colorScheme of ['light', 'dark']) {
    const page = await watched(browser, { colorScheme, viewport: { width: 1440, height: 900 } }, file, complain);
    await images(page, complain);
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      await overflow(page, `${colorScheme} ${width}`, complain);
      // As the devtools protocol does: the page's policy allows no foreign script.
      await page.evaluate(axe + ';0');
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      violations.forEach(v => complain(`axe, ${colorScheme} ${width}: ${v.id}: ${v.nodes.length} × ${v.nodes[0].html.slice(0, 160)} ${v.nodes[0].failureSummary.slice(0, 200)}`));
    }
    if (colorScheme === 'light') {
      await page.setViewportSize({ width: 1440, height: 900 });
      await links(page, complain);
      await keys(page, complain);
      await page.emulateMedia({ media: 'print' });
      await page.setViewportSize({ width: 794, height: 1123 });
      await overflow(page, 'print', complain);
      if ((await page.pdf({ format: 'A4' })).length < 10000) complain('print is nearly empty');
    }
    if (hostile) {
      const found = await page.evaluate(() => [document.scripts.length, document.querySelectorAll('[onerror],[onload],[onclick]').length,
        document.querySelectorAll('img:not([src^="charts/"])').length, /<\/script><script>canary\(\)/.test(document.body.textContent),
        document.body.textContent.includes('touch canary'), /[\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent)]);
      if (String(found) !== '1,0,0,true,true,false') complain(`hostile text is not plain text: ${found}`);
    }
    if (process.env.SHOTS && !hostile) {
      await page.setViewportSize(colorScheme === 'light' ? { width: 1440, height: 900 } : { width: 390, height: 844 });
      await page.emulateMedia({ media: 'screen', colorScheme });
      await page.goto(url.pathToFileURL(file).href);
      await images(page, complain);
      await page.screenshot({ path: `${process.env.SHOTS}-${colorScheme}.png`, fullPage: true });
    }
    await page.context().close();
  }
  // Without JavaScript the table is there whole.
  const plain = await watched(browser, { javaScriptEnabled: false, viewport: { width: 1440, height: 900 } }, file, complain);
  if (await plain.locator('#all tbody tr:visible').count() === 0) complain('no points without JavaScript');
  if (await plain.locator('#tool').isVisible()) complain('a filter that does nothing without JavaScript');
  await plain.context().close();
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'] });
  for (const argument of process.argv.slice(3)) await check(browser, argument);
  await browser.close();
  wrong.forEach(w => console.log(w));
  process.exit(wrong.length ? 1 : 0);
})().catch(e => { console.log(`check.js: ${e.stack}`); process.exit(2); });
