using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>A value of a <see cref="JsonTree"/> with its place. Names and texts are made on each call.</summary>
internal readonly struct JsonNode(JsonTree tree, int index)
{
    /// <summary>More than <see cref="Wording.Shorten"/> shows, however many bytes a character has.</summary>
    private const int EnoughBytes = 4 * Wording.MaximumQuote;

    private readonly JsonTree _tree = tree;
    private readonly int _index = index;

    /// <summary>The document it stands in.</summary>
    public SourceText Source => _tree.Source;

    /// <summary>Object, Array, String, Number, True, False or Null.</summary>
    public JsonValueKind Kind => Token.Kind;

    /// <summary>What holds it; null for the root.</summary>
    public JsonNode? Parent => Token.Parent < 0 ? null : new JsonNode(_tree, Token.Parent);

    /// <summary>The member's name when the parent is an object.</summary>
    public string? Name => Token.NameStart < 0 ? null : _tree.Decode(Token.NameStart, Token.NameLength, Token.NameEscaped);

    /// <summary>The name as it stands in the text; false when an escape in it must be decoded first.</summary>
    public bool TryGetPlainName(out ReadOnlySpan<byte> name)
    {
        ref var token = ref Token;
        name = token.NameStart < 0 ? default : _tree.Span(token.NameStart, token.NameLength);
        return !token.NameEscaped;
    }

    /// <summary>The text as it stands in the document; false when an escape in it must be decoded first.</summary>
    public bool TryGetPlainText(out ReadOnlySpan<byte> text)
    {
        ref var token = ref Token;
        text = _tree.Span(token.TextStart, token.TextLength);
        return !token.TextEscaped;
    }

    /// <summary>Byte offset of the name; of the value itself in an array.</summary>
    public int NameOffset => Token.NameStart < 0 ? Offset : Source.Start + Token.NameStart - 1;

    /// <summary>Position in an array.</summary>
    public int Index => Token.Index;

    /// <summary>Byte offset of the value.</summary>
    public int Offset => Source.Start + Token.TextStart - (Token.Kind == JsonValueKind.String ? 1 : 0);

    /// <summary>Where the value stands.</summary>
    public PolicyLocation Location => Source.Locate(Offset);

    /// <summary>A string's characters, a number as written; else empty.</summary>
    public string Text
    {
        get
        {
            ref var token = ref Token;
            return token.Kind switch
            {
                JsonValueKind.String => _tree.Decode(token.TextStart, token.TextLength, token.TextEscaped),
                JsonValueKind.Number => _tree.Number(token.TextStart, token.TextLength),
                _ => "",
            };
        }
    }

    /// <summary>Members or items in the order of the text.</summary>
    public JsonChildren Children => new(_tree, _index);

    /// <summary>Whether the member's name marks it as the author's own remark: such members mean nothing to us.</summary>
    public bool IsAuthorsOwn => Token.NameStart >= 0 && _tree.Span(Token.NameStart, Token.NameLength) is [(byte)'$', ..] or [(byte)'x', (byte)'_', ..];

    /// <summary>Whether the member has this name.</summary>
    public bool IsNamed(string name) => Token.NameStart >= 0 &&
        (Token.NameEscaped ? Name == name : Ascii.Equals(_tree.Span(Token.NameStart, Token.NameLength), name));

    /// <summary><c>$.s[0].mintest.port</c></summary>
    public string Path
    {
        get
        {
            if (Parent is not { } parent)
                return "$";
            if (NameToShow is not { } name)
                return string.Create(CultureInfo.InvariantCulture, $"{parent.Path}[{Index}]");
            var plain = name.Length is > 0 and <= Wording.MaximumQuote && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
            return plain ? $"{parent.Path}.{name}" : $"{parent.Path}['{Wording.Shorten(name)}']";
        }
    }

    /// <summary>The name, or as much of it as is ever shown: it may have 64 KiB, and stands in the path of every finding below it.</summary>
    private string? NameToShow => TryGetPlainName(out var utf8) && utf8.Length > EnoughBytes ? Encoding.UTF8.GetString(utf8[..EnoughBytes]) : Name;

    private ref JsonToken Token => ref _tree[_index];
}
