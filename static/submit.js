// Sends the page's form by itself. Older engines run it, too.
document.getElementById("answer").submit();
