// Suggests communes while typing. data-places is the address of {"province code": ["Xã …", …]}, fetched once, when the
// field or its province is first touched; data-places-province is the id of the province's <select>.
// A suggestion only: what was typed is what is sent, old names too.
function fill(list, names) {
  list.replaceChildren(
    ...names.map((name) => {
      const option = document.createElement("option");
      option.value = name;
      return option;
    }),
  );
}

function wire(field) {
  const list = document.getElementById(field.getAttribute("list"));
  const province = document.getElementById(field.dataset.placesProvince);
  if (!list || !province) return;
  let table = null;
  const show = async () => {
    table ??= fetch(field.dataset.places, { credentials: "same-origin" }).then((answer) => (answer.ok ? answer.json() : {}));
    const names = (await table)[province.value];
    fill(list, names ?? []);
  };
  field.addEventListener("focus", show, { once: true });
  province.addEventListener("change", show);
}

export function start() {
  for (const field of document.querySelectorAll("[data-places]")) wire(field);
}
