// Twenty minutes without a sign of life end the sign-in (a setting). Two minutes before, this asks.

const dialog = document.getElementById("cems-idle");

if (dialog) {
  const { idleSeconds, keepAliveUrl, loginUrl, logoutUrl } = dialog.dataset;
  const idle = Number(idleSeconds) * 1000;
  const warning = Math.min(120_000, idle / 2);
  const left = dialog.querySelector("[data-idle-left]");
  const asking = dialog.querySelector("[data-idle-asking]");
  const ended = dialog.querySelector("[data-idle-ended]");
  let deadline = Date.now() + idle;
  let over = false;

  // Wall-clock time, not counted ticks: a laptop that slept must not find itself still signed in.
  const tick = () => {
    if (over) return;
    const rest = deadline - Date.now();
    if (rest <= 0) end();
    else if (rest <= warning) ask(rest);
    else if (dialog.open) dialog.close();
  };

  const ask = (rest) => {
    const minutes = Math.ceil(rest / 60_000);
    const words = rest < 60_000 ? "less than a minute" : minutes === 1 ? "1 minute" : `${minutes} minutes`;
    if (left.textContent !== words) left.textContent = words;
    if (!dialog.open) dialog.showModal();
  };

  const end = async () => {
    over = true;
    // The server ends it too; asking makes sure that the next person at this screen is not signed in.
    await window.cems.post(logoutUrl, new URLSearchParams(), 5).catch(() => null);
    const keepsText = !document.dispatchEvent(new CustomEvent("cems:idle-end", { cancelable: true }));
    if (!keepsText) {
      location.assign(`${loginUrl}?next=${encodeURIComponent(location.pathname)}`);
      return;
    }
    // Unsaved text must survive, but not stay readable on an unattended screen.
    document.documentElement.classList.add("cems-locked");
    asking.hidden = true;
    ended.hidden = false;
    if (!dialog.open) dialog.showModal();
  };

  const stay = async () => {
    try {
      const answer = await window.cems.post(keepAliveUrl, new URLSearchParams());
      if (answer.ok) window.cems.seen();
      else deadline = Date.now();
    } catch {
      // Offline: the clock goes on, the button can be pressed again.
    }
    tick();
  };

  document.addEventListener("cems:seen", ({ detail }) => {
    if (detail.user !== window.cems.user) return;
    deadline = Date.now() + idle;
    over = false;
    document.documentElement.classList.remove("cems-locked");
    asking.hidden = false;
    ended.hidden = true;
    if (dialog.open) dialog.close();
  });
  dialog.querySelector("[data-idle-stay]").addEventListener("click", stay);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (!over) stay();
  });
  document.addEventListener("visibilitychange", tick);
  setInterval(tick, Math.min(5_000, idle / 10));
}
