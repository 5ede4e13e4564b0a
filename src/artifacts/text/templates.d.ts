declare module "*.hbs" {
  const render: (view: object) => string;
  export default render;
}

declare module "*.sh" {
  const text: string;
  export default text;
}

declare module "*.awk" {
  const text: string;
  export default text;
}
