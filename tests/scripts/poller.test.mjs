// What a page asks by itself: every few seconds, gently while nothing answers, and never after it is over.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { away, Page, signedOut } from "./page.mjs";

const same = { status: 304 };
const news = (tag) => ({ status: 200, body: { words: tag }, tag });

let page, told, poller;
beforeEach(() => {
  page = new Page("cems");
  told = [];
  poller = page.window.cems.poll({
    url: () => "/live/",
    every: 4,
    hidden: 60,
    accept: "application/json",
    well: () => told.push("well"),
    heard: async (answer) => told.push((await answer.json()).words),
    closed: (answer) => told.push(answer.status),
    lost: (tries, out) => told.push(out ? "signed out" : `lost ${tries}`),
  });
});

test("it asks every few seconds, as a page and not as a person, and tells what it has", async () => {
  page.answers = [news("a"), same, news("b")];
  poller.soon();
  await page.wait(9);
  assert.deepEqual(told, ["well", "a", "well", "well", "b"]);
  assert.deepEqual(
    page.sent.map((headers) => headers["If-None-Match"]),
    ["", "a", "a"],
  );
  assert.equal(page.sent[0]["X-CEMS-Polling"], "1");
});

test("without an answer it asks more slowly, then as before, and takes everything anew", async () => {
  page.answers = [news("a"), away, new Error("lost"), news("a"), same];
  poller.soon();
  await page.wait(4.5);
  assert.deepEqual(told.splice(0), ["well", "a", "lost 1"]);
  await page.wait(7);
  assert.equal(page.sent.length, 2);
  await page.wait(1 + 16);
  assert.deepEqual(told.splice(0), ["lost 2", "well", "a"]);
  assert.equal(page.sent[3]["If-None-Match"], "");
  await page.wait(4);
  assert.deepEqual(told, ["well"]);
});

test("it goes on while somebody is signed out, and stops for good when the page is shut to them", async () => {
  page.answers = [signedOut, news("a"), { status: 404 }];
  poller.soon();
  await page.wait(120);
  assert.deepEqual(told, ["signed out", "well", "a", 404]);
  page.window.dispatchEvent(new page.window.Event("online"));
  await page.wait(120);
  assert.equal(page.sent.length, 3);
});

test("a hidden tab asks hardly ever, and at once when it is looked at", async () => {
  page.answers = [same, same, same];
  page.look(false);
  poller.next();
  await page.wait(59);
  assert.equal(page.sent.length, 0);
  await page.wait(1);
  assert.equal(page.sent.length, 1);
  page.look(true);
  await page.wait(1);
  assert.equal(page.sent.length, 2);
});

test("one question at a time, and what cannot be read counts as no answer", async () => {
  let arrive;
  page.answers = [new Promise((done) => (arrive = done)), same];
  poller.soon();
  await page.wait(1);
  page.window.dispatchEvent(new page.window.Event("online"));
  await page.wait(5);
  assert.equal(page.sent.length, 1);
  arrive({ status: 200, tag: "a" });
  await page.wait(0);
  assert.deepEqual(told, ["well", "lost 1"]);
});
