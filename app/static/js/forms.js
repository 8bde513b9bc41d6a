// Forms that a script answers. Until it is there their button is disabled in the template, so that
// nobody sends one as an address to the server.

// run: gets the form.
export function onSubmit(form, run) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form);
  });
  form.querySelector("button:not([type=button])").disabled = false;
}
