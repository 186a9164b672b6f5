// Shows the rows that every filter lets through. Rows open without a script.
const rows = [...document.querySelectorAll('details')];
const boxes = [...document.querySelectorAll('header input[type=checkbox]')];
const task = document.querySelector('#task');
const words = document.querySelector('#words');
const count = document.querySelector('#count');

function chosen(name) {
  return new Set(boxes.filter((box) => box.name === name && box.checked).map((box) => box.value));
}

function filter() {
  const lanes = chosen('lane');
  const kinds = chosen('kind');
  const wanted = words.value.trim().toLowerCase();
  let shown = 0;
  for (const row of rows) {
    const { task: of, lanes: between, kind } = row.dataset;
    const isShown = (task.value === '' || of === task.value)
      && between.split(' ').some((lane) => lanes.has(lane))
      && kinds.has(kind)
      && (wanted === '' || row.textContent.toLowerCase().includes(wanted));
    row.hidden = !isShown;
    const skipped = row.previousElementSibling;
    if (skipped?.className === 'skipped') skipped.hidden = !isShown;
    shown += Number(isShown);
  }
  count.textContent = `${shown} of ${rows.length} rows`;
}

for (const control of [...boxes, task, words]) control.addEventListener('input', filter);
filter();
