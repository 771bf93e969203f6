import { basename } from 'node:path'
import { createNodeResolver, importX } from 'eslint-plugin-import-x'
import tseslint from 'typescript-eslint'

/** One seam file (or room) per outside package: a package is changed, mocked and understood in one place. */
const seams = [
  {
    name: 'onnxruntime-node',
    seam: 'src/graph/onnxruntime-executor.ts',
    way: 'ask for an executor from src/graph/index.ts',
  },
  { name: '@duckdb/node-api', seam: 'src/sql/duckdb.ts', way: 'open a connection from src/sql/index.ts' },
  {
    name: 'libsql',
    seam: 'src/events/sqlite-database.ts',
    way: 'open a state store from src/events/index.ts',
  },
  {
    name: 'pg',
    seam: 'src/events/postgres-database.ts',
    way: 'open a state store from src/events/index.ts',
  },
  { name: 'jiti', seam: 'src/pipeline/config-file.ts', way: 'load configs by src/pipeline/index.ts' },
  { name: 'commander', seam: 'src/cli/**', way: 'write a function in src/pipeline and a command in src/cli/commands' },
]

function restrictedImports(outside) {
  const paths = outside.map(({ name, seam, way }) => ({ name, message: `Only ${seam} imports ${name}: ${way}.` }))
  return ['error', { paths }]
}

const fileNameCase = {
  meta: { type: 'suggestion', schema: [], messages: { kebab: 'Name this file in kebab-case: "{{name}}" is not.' } },
  create: (context) => ({
    Program(node) {
      const name = basename(context.filename)
      if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/.test(name))
        context.report({ node, messageId: 'kebab', data: { name } })
    },
  }),
}

const focusedTests = {
  selector:
    ":matches(MemberExpression[object.name=/^(it|test|describe|suite)$/][property.name='only'], CallExpression[callee.name=/^(fit|fdescribe)$/])",
  message: 'A focused test silences all others: remove `.only`.',
}
const skippedTests = {
  selector:
    'CallExpression > MemberExpression.callee[object.name=/^(it|test|describe|suite)$/][property.name=/^(skip|todo)$/]',
  message:
    'A test is skipped only for a reason that is checked: use `it.skipIf(…)` and name what is missing in its title.',
}

const rules = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-unsafe-argument': 'error',
  '@typescript-eslint/no-unsafe-assignment': 'error',
  '@typescript-eslint/no-unsafe-call': 'error',
  '@typescript-eslint/no-unsafe-member-access': 'error',
  '@typescript-eslint/no-unsafe-return': 'error',
  '@typescript-eslint/no-non-null-assertion': 'error',
  '@typescript-eslint/no-unnecessary-type-assertion': 'error',
  '@typescript-eslint/no-base-to-string': 'error',
  '@typescript-eslint/no-implied-eval': 'error',
  '@typescript-eslint/no-for-in-array': 'error',
  '@typescript-eslint/no-array-delete': 'error',
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/prefer-promise-reject-errors': 'error',
  '@typescript-eslint/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
  '@typescript-eslint/restrict-plus-operands': ['error', { allowNumberAndString: true }],
  '@typescript-eslint/max-params': ['error', { max: 4 }],
  '@typescript-eslint/ban-ts-comment': 'error',
  'import-x/no-cycle': ['error', { ignoreExternal: true }],
  'import-x/no-self-import': 'error',
  'no-console': 'error',
  'no-debugger': 'error',
  'no-empty': 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-unreachable': 'error',
  'no-unsafe-finally': 'error',
  'no-self-compare': 'error',
  'no-template-curly-in-string': 'error',
  'no-loss-of-precision': 'error',
  'no-duplicate-imports': 'off',
  'no-restricted-imports': restrictedImports(seams),
  'no-restricted-syntax': ['error', focusedTests, skippedTests],
  'local/file-name-case': 'error',
}

export default tseslint.config(
  { ignores: ['dist/', 'runs/', 'node_modules/', 'src/*/assembly/', '**/.widedeep/', 'reference/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    plugins: {
      '@typescript-eslint': tseslint.plugin,
      'import-x': importX,
      local: { rules: { 'file-name-case': fileNameCase } },
    },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    settings: {
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [
        createNodeResolver({ extensions: ['.ts', '.js'], extensionAlias: { '.js': ['.ts', '.js'] } }),
      ],
    },
    rules,
  },
  // Gradients of operations are operations: that of a slice is a pad, and that of a pad a slice.
  { files: ['src/graph/ops/**/*.ts'], rules: { 'import-x/no-cycle': 'off' } },
  // Kernels are plain loops over typed arrays, where an index assertion costs nothing and `?? 0` costs a branch.
  {
    files: ['**/kernels/**/*.ts', 'src/tables/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  // The command line and benchmarks talk to people.
  { files: ['src/cli/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.test.ts', '**/*.conformance.ts', 'test/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  // Each seam may import its own package and no other.
  ...seams.map(({ name, seam }) => ({
    files: [seam],
    rules: { 'no-restricted-imports': restrictedImports(seams.filter((other) => other.name !== name)) },
  })),
  {
    files: ['**/*.js'],
    plugins: { local: { rules: { 'file-name-case': fileNameCase } } },
    rules: {
      'prefer-const': 'error',
      'no-unreachable': 'error',
      'no-unused-vars': 'error',
      'local/file-name-case': 'error',
    },
  },
)
