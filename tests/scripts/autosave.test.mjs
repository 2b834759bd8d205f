// The states of an answer while it is typed, saved, refused, lost and disagreed about: no word is ever lost.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { away, conflict, Page, refused, saved, signedOut } from "./page.mjs";

let page;
beforeEach(() => {
  page = new Page();
});

test("an answer is saved when the hand rests, once, with its version", async () => {
  page.answers = [saved(2)];
  page.type("Seen");
  await page.wait(0.5);
  page.type("Seen with");
  assert.equal(page.one.state, "typing");
  assert.equal(page.sent.length, 0);
  await page.wait(1);
  assert.equal(page.one.state, "saved");
  assert.equal(page.said, "Saved 10:04");
  assert.equal(page.holds, false);
  await page.wait(60);
  assert.deepEqual(page.sent, [
    { text: "Seen with", answer: "Q1", version: "1", idempotency_key: "key-1", user: "u1" },
  ]);
});

test("a day that there is not is never called saved, and is asked about before the page is left", async () => {
  page.answers = [saved(2, "no_such"), saved(3)];
  page.type("31 2 2026");
  await page.wait(60);
  assert.equal(page.sent.length, 1);
  assert.equal(page.one.state, "refused");
  assert.equal(page.said, "Saved 10:04, but not the date: there is no such day.");
  assert.equal(page.holds, true);
  page.type("28 2 2026");
  await page.wait(2);
  assert.deepEqual([page.sent[1].version, page.said, page.holds], ["2", "Saved 10:04", false]);
});

test("half a day is not called saved either", async () => {
  page.answers = [saved(2, "partly")];
  page.type("3");
  await page.wait(60);
  assert.deepEqual([page.sent.length, page.said], [1, "Saved 10:04, but not the date: it is not whole yet."]);
  assert.equal(page.holds, true);
});

test("what is typed while a save is on its way is saved after it, with the new version", async () => {
  let arrive;
  page.answers = [new Promise((done) => (arrive = done)), saved(3)];
  page.type("Seen");
  await page.wait(1);
  assert.equal(page.one.state, "saving");
  page.type("Seen again");
  await page.wait(5);
  assert.equal(page.sent.length, 1);
  arrive(saved(2));
  await page.wait(1);
  assert.deepEqual(
    page.sent.map(({ text, version }) => [text, version]),
    [
      ["Seen", "1"],
      ["Seen again", "2"],
    ],
  );
  assert.equal(page.one.state, "saved");
});

test("without an answer it tries again, more slowly, with the same key and the same words first", async () => {
  page.answers = [new Error("lost"), away, saved(2), saved(3)];
  page.type("Seen");
  await page.wait(1);
  assert.equal(page.one.state, "failed");
  assert.match(page.said, /^Not saved yet: .* Your text stays on this page\.$/);
  assert.equal(page.holds, true);
  page.type("Seen again");
  await page.wait(3);
  assert.equal(page.sent.length, 2);
  await page.wait(6);
  assert.deepEqual(
    page.sent.map(({ text, idempotency_key: key }) => [text, key]),
    [
      ["Seen", "key-1"],
      ["Seen", "key-1"],
      ["Seen", "key-1"],
      ["Seen again", "key-2"],
    ],
  );
  assert.equal(page.one.state, "saved");
  assert.equal(page.holds, false);
});

test("a connection that comes back is used at once", async () => {
  page.answers = [new Error("lost"), saved(2)];
  page.type("Seen");
  await page.wait(1);
  page.window.dispatchEvent(new page.window.Event("online"));
  await page.wait(0);
  assert.equal(page.one.state, "saved");
});

test("signed out: it says so, offers the way in, and goes on when somebody is back", async () => {
  page.answers = [signedOut, saved(2)];
  page.type("Seen");
  await page.wait(1);
  assert.match(page.said, /you are signed out/);
  assert.equal(page.document.querySelector(".cems-saved a").getAttribute("href"), "/login/");
  const seen = (user) => page.document.dispatchEvent(new page.window.CustomEvent("cems:seen", { detail: { user } }));
  seen("another");
  await page.wait(0);
  assert.equal(page.sent.length, 1);
  seen("u1");
  await page.wait(0);
  assert.equal(page.one.state, "saved");
});

test("refused for what it says: not sent again until it is changed", async () => {
  page.answers = [refused("Give a day that has been."), saved(2)];
  page.type("Seen tomorrow");
  await page.wait(1);
  page.one.fields()[0].dispatchEvent(new page.window.Event("focusout", { bubbles: true }));
  await page.wait(120);
  assert.equal(page.sent.length, 1);
  assert.equal(page.said, "Not saved: Give a day that has been.");
  assert.equal(page.holds, true);
  page.type("Seen today");
  await page.wait(1);
  assert.equal(page.one.state, "saved");
});

test("the worst is said first: one saved answer does not hide another that is not", async () => {
  page.answers = [refused("Too long."), saved(2)];
  page.type("Much", page.one);
  await page.wait(1);
  page.type("Little", page.two);
  await page.wait(1);
  assert.equal(page.two.state, "saved");
  assert.equal(page.said, "Not saved: Too long.");
});

test("a conflict shows both texts; keeping mine saves it over the version seen", async () => {
  page.answers = [conflict("theirs", 5), saved(6)];
  page.type("mine");
  await page.wait(1);
  assert.equal(page.one.state, "conflict");
  assert.equal(page.document.querySelector("[data-answer=Q1] [data-theirs]").textContent, "theirs");
  page.type("mine and more");
  await page.wait(120);
  assert.equal(page.sent.length, 1);
  page.document.querySelector("[data-answer=Q1] [data-keep=mine]").click();
  await page.wait(0);
  assert.deepEqual([page.sent[1].text, page.sent[1].version], ["mine and more", "5"]);
  assert.equal(page.one.state, "saved");
  assert.equal(page.document.querySelector("[data-answer=Q1] .cems-conflict"), null);
});

test("a conflict settled for theirs puts their text in and sends nothing", async () => {
  page.answers = [conflict("theirs", 5)];
  page.type("mine");
  await page.wait(1);
  page.document.querySelector("[data-answer=Q1] [data-keep=theirs]").click();
  await page.wait(60);
  assert.equal(page.one.fields()[0].value, "theirs");
  assert.equal(page.sent.length, 1);
  assert.equal(page.said, "The text of A colleague was kept.");
  assert.equal(page.holds, false);
});

test("what a colleague saved is shown where nobody types, and never over unsaved words", async () => {
  const theirs = (version) => ({ version, values: { text: "theirs" } });
  assert.equal(page.one.arrive(theirs(1)), "old");
  assert.equal(page.one.arrive(theirs(2)), "shown");
  assert.equal(page.one.fields()[0].value, "theirs");
  assert.equal(page.one.group.dataset.version, "2");
  page.one.fields()[0].focus();
  assert.equal(page.one.arrive(theirs(3)), "in use");
  page.type("mine");
  assert.equal(page.one.arrive(theirs(3)), "unsaved");
  assert.equal(page.one.fields()[0].value, "mine");
});

test("sending the form waits for the save that is on its way, and not when there is a conflict", async () => {
  let arrive;
  page.answers = [new Promise((done) => (arrive = done))];
  const requested = [];
  page.window.HTMLFormElement.prototype.requestSubmit = function () {
    requested.push(this);
  };
  page.type("mine");
  await page.wait(1);
  const submit = new page.window.Event("submit", { cancelable: true });
  assert.equal(page.document.querySelector("form").dispatchEvent(submit), false);
  arrive(conflict("theirs", 5));
  await page.wait(6);
  assert.equal(requested.length, 0);
  assert.equal(page.one.state, "conflict");
});
