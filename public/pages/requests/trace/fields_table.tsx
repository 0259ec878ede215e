import React from 'react';

/** Every field of the line that stands for the request. */
export function FieldsTable({ fields }: { fields: { field: string; value: string }[] }) {
  return (
    <table className="rotaTable rotaTable--rows rotaFieldsTable">
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(({ field, value }) => (
          <tr key={field}>
            <th scope="row">{field}</th>
            <td>
              <code className="rotaCode">{value}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
