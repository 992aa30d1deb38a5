using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text;
using SecureStreams.Policy;

namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>Everything that a model holds as text, every public property of every part: one that is added is compared without a change here.</summary>
internal static class ModelDump
{
    private static readonly FieldInfo Content = typeof(PolicyValue).GetField("_content", BindingFlags.Instance | BindingFlags.NonPublic)!;

    public static string Of(PolicyModel model)
    {
        var text = new StringBuilder();
        Write(text, "", "model", model);
        return text.ToString();
    }

    private static void Write(StringBuilder text, string indent, string name, object? value)
    {
        text.Append(indent).Append(name).Append(": ");
        switch (value)
        {
            case null:
                text.Append("null\n");
                break;
            case PolicyAttributeInfo row:
                text.Append(CultureInfo.InvariantCulture, $"{row.Section} {row.Name}\n");
                break;
            case PolicyTemplate template:
                text.Append(CultureInfo.InvariantCulture, $"template '{template.Text}' of [{string.Join(", ", template.Symbols)}]\n");
                break;
            case PolicyValue one:
                Write(text, indent, one);
                break;
            case ImmutableArray<byte> bytes:
                text.Append(Convert.ToHexString(bytes.AsSpan())).Append('\n');
                break;
            case IDictionary entries:
                text.Append(entries.Count).Append('\n');
                foreach (var key in entries.Keys.Cast<string>().Order(StringComparer.Ordinal))
                    Write(text, indent + "  ", $"'{key}'", entries[key]);
                break;
            case IEnumerable items and not string:
                text.Append('\n');
                foreach (var item in items)
                    Write(text, indent + "  ", "-", item);
                break;
            case not string when value.GetType().Namespace == typeof(PolicyModel).Namespace && !value.GetType().IsEnum:
                text.Append(value.GetType().Name).Append('\n');
                foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(static one => one.Name, StringComparer.Ordinal))
                    Write(text, indent + "  ", property.Name, property.GetValue(value));
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"{value.GetType().Name} '{value}'\n");
                break;
        }
    }

    /// <summary>With the form that it is kept in: a text that should be a template is not the same.</summary>
    private static void Write(StringBuilder text, string indent, PolicyValue value)
    {
        text.Append(CultureInfo.InvariantCulture, $"{Content.GetValue(value)?.GetType().Name} {value.Number} '{value.Text}'\n");
        foreach (var item in value.Items)
            Write(text, indent + "  ", "-", item);
        foreach (var pair in value.Pairs)
            Write(text, indent + "  ", "=", pair);
    }
}
