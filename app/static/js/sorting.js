// Sorting of rows by one column; what is unknown comes last, either way.

export function sorted(rows, { field, descending }) {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [a[field], b[field]];
    if (isUnknown(left) || isUnknown(right)) return Number(isUnknown(left)) - Number(isUnknown(right));
    if (left === right) return 0;
    return left < right ? -sign : sign;
  });
}

function isUnknown(value) {
  return value === null || value === undefined;
}
