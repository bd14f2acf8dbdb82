// The HTML report in Chromium. Each check throws; the pictures are taken last, of pages that passed.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const CASES = {
  "wildcard-in-equals": "corpus/k8s/011-wildcard-namespace-string-equals/evidence",
  "pull-request": "corpus/ci/013-pull-request-vs-branch/evidence",
  "pod-not-injected": "corpus/k8s/123-pod-older-than-role/evidence",
};
const PASTED = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: "
  + "Not authorized to perform sts:AssumeRoleWithWebIdentity";
const PHONE = { width: 320, height: 640 };
const DESK = { width: 1200, height: 900 };

const axe = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const pictures = process.argv[2] === "--pictures" ? process.argv[3] : undefined;
const work = mkdtempSync(join(tmpdir(), "rolecall-html-"));

function rolecall(target, format, input = "") {
  const done = spawnSync(process.env.ROLECALL, ["diagnose", target, "--format", format], { input, encoding: "utf8" });
  assert.ok(done.status === 1 || done.status === 3, `${target}: ${done.stderr}`);
  return done.stdout;
}

function pageOf(name, target, input) {
  const file = join(work, `${name}.html`);
  writeFileSync(file, rolecall(target, "html", input));
  return pathToFileURL(file).href;
}

/** A page that fails the test when it complains or asks for anything but itself. */
async function open(browser, url, options) {
  const context = await browser.newContext({ viewport: DESK, ...options });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("request", (request) => request.url() !== url && page.complaints.push(`request: ${request.url()}`));
  await page.goto(url);
  return page;
}

async function unfold(page) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
}

/** Every button gives the clipboard the very text beside it; gives all the texts. */
async function copies(page) {
  await unfold(page);
  const copied = [];
  for (const button of await page.locator("button.copy").all()) {
    await button.click();
    const clipboard = await page.evaluate(() => navigator.clipboard.readText());
    const code = await button.evaluate((one) => document.getElementById(one.dataset.of).textContent);
    assert.equal(clipboard, code);
    assert.equal(await button.textContent(), "Copied");
    assert.equal(await page.locator("#said").textContent(), "Copied");
    assert.ok(await button.getAttribute("aria-label"));
    copied.push(clipboard);
  }
  return copied;
}

async function folds(page) {
  for (const part of await page.locator("details").all()) {
    if (!(await part.isVisible())) continue;
    const before = await part.evaluate((details) => details.open);
    await part.locator("> summary").focus();
    await page.keyboard.press("Enter");
    assert.equal(await part.evaluate((details) => details.open), !before);
    await page.keyboard.press("Enter");
    assert.equal(await part.evaluate((details) => details.open), before);
  }
}

async function accessible(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"] }));
  const told = violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html).slice(0, 3).join(" ")}`);
  assert.deepEqual(told, [], what);
}

async function fits(page, what) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `${what}: ${content} pixels of content in a window of ${window}`);
}

/** What a stranger's text could try if it got past the escaping: the page's own policy stops it. */
async function locked(browser, url) {
  const page = await open(browser, url);
  const got = await page.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "window.owned = true";
    document.body.append(script);
    const image = new Image();
    const loaded = new Promise((done) => { image.onload = () => done(true); image.onerror = () => done(false); });
    image.src = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
    const fetched = await fetch("data:,x").then(() => true, () => false);
    return [window.owned ?? false, await loaded, fetched];
  });
  assert.deepEqual(got, [false, false, false]);
  await page.context().close();
}

async function printed(page) {
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.locator("details:not([open])").count(), 0);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.ok(await page.locator("details:not([open])").count() > 0);
  const paper = await page.pdf({ format: "A4" });
  assert.equal(paper.subarray(0, 5).toString(), "%PDF-");
}

async function withoutScripts(browser, url) {
  const page = await open(browser, url, { javaScriptEnabled: false });
  assert.ok(await page.locator("h1").isVisible());
  assert.equal(await page.locator("button.copy:visible").count(), 0);
  await page.context().close();
}

async function examine(browser, name, target, input) {
  const url = pageOf(name, target, input);
  for (const colorScheme of ["light", "dark"]) {
    for (const viewport of [DESK, PHONE]) {
      const what = `${name}, ${colorScheme}, ${viewport.width} wide`;
      const page = await open(browser, url, { viewport, colorScheme });
      await fits(page, what);
      const chain = page.locator("svg[role=img]:visible");
      assert.equal(await chain.count(), 1, what);
      assert.match(await chain.getAttribute("aria-label"), /^The chain from workload to caller: workload /);
      await folds(page);
      const copied = await copies(page);
      const report = JSON.parse(rolecall(target, "json", input));
      const wanted = [
        ...(report.findings[0]?.fixes ?? []).flatMap((fix) => fix.renderings.map((one) => one.text)),
        ...report.missing.map((one) => one.command),
      ];
      assert.deepEqual([...copied].sort(), wanted.sort(), what);
      await fits(page, `${what}, all unfolded`);
      await accessible(page, what);
      assert.deepEqual(page.complaints, [], what);
      await page.context().close();
    }
  }
  const page = await open(browser, url);
  await printed(page);
  await page.context().close();
  await locked(browser, url);
  await withoutScripts(browser, url);
  console.log(`ok  ${name}`);
  return url;
}

async function picture(browser, url, name, options) {
  const page = await open(browser, url, options);
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: options.whole ?? false });
  await page.context().close();
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
});
try {
  const urls = {};
  for (const [name, target] of Object.entries(CASES)) urls[name] = await examine(browser, name, target);
  await examine(browser, "pasted", "-", PASTED);
  if (pictures) {
    mkdirSync(pictures, { recursive: true });
    await picture(browser, urls["wildcard-in-equals"], "report-wildcard-in-equals", { viewport: { width: 1200, height: 2260 } });
    await picture(browser, urls["pull-request"], "report-pull-request-dark", { viewport: { width: 1200, height: 2100 }, colorScheme: "dark" });
    await picture(browser, urls["pod-not-injected"], "report-pod-not-injected", { viewport: DESK, whole: true });
    await picture(browser, urls["wildcard-in-equals"], "report-phone", { viewport: { width: 360, height: 1500 }, deviceScaleFactor: 2 });
    console.log(`pictures in ${pictures}`);
  }
} finally {
  await browser.close();
  rmSync(work, { recursive: true });
}
