/** The login page after a redesign: nothing by which the old one was known. */
export const changedPage = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Upstox</title><link rel="icon" href="data:,"></head>
<body>
<main>
  <h1>Welcome to the new Upstox</h1>
  <form id="sign-in" onsubmit="return false">
    <label>Client code or e-mail <input id="clientCode" autocomplete="off"></label>
    <button id="goOn">Proceed</button>
  </form>
</main>
</body>
</html>`;
