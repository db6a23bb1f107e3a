export default "late";
