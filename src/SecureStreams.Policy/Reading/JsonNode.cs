using System.Globalization;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>A JSON value with its place. Built once by <see cref="JsonTreeReader"/>, not changed afterwards.</summary>
internal sealed class JsonNode(JsonValueKind kind, JsonNode? parent, string? name, int nameOffset, int index, int offset)
{
    /// <summary>Object, Array, String, Number, True, False or Null.</summary>
    public JsonValueKind Kind { get; } = kind;

    public JsonNode? Parent { get; } = parent;

    /// <summary>The member's name when the parent is an object.</summary>
    public string? Name { get; } = name;

    /// <summary>Where the name stands; the value's own place in an array.</summary>
    public int NameOffset { get; } = nameOffset;

    /// <summary>The position in an array.</summary>
    public int Index { get; } = index;

    /// <summary>Byte offset of the value.</summary>
    public int Offset { get; } = offset;

    /// <summary>A string's characters, a number as written; else empty.</summary>
    public string Text { get; init; } = "";

    /// <summary>Members or items in the order of the text.</summary>
    public List<JsonNode> Children { get; } = kind is JsonValueKind.Object or JsonValueKind.Array ? [] : None;

    /// <summary>Whether the member's name marks it as the author's own remark: such members mean nothing to us.</summary>
    public bool IsAuthorsOwn => Name is { } text && (text.StartsWith('$') || text.StartsWith("x_", StringComparison.Ordinal));

    /// <summary><c>$.s[0].mintest.port</c></summary>
    public string Path
    {
        get
        {
            if (Parent is null)
                return "$";
            if (Name is null)
                return string.Create(CultureInfo.InvariantCulture, $"{Parent.Path}[{Index}]");
            var plain = Name.Length > 0 && Name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
            return plain ? $"{Parent.Path}.{Name}" : $"{Parent.Path}['{Wording.Shorten(Name)}']";
        }
    }

    private static List<JsonNode> None { get; } = [];
}
