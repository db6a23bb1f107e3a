function deeper(): number {
  return deeper() + 1;
}
deeper();
