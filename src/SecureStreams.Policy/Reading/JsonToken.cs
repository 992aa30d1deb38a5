using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>One value of a <see cref="JsonTree"/>: where its name and its text stand, and how far its subtree reaches.</summary>
internal struct JsonToken
{
    /// <summary>Object, Array, String, Number, True, False or Null.</summary>
    public JsonValueKind Kind;

    public bool NameEscaped;
    public bool TextEscaped;

    /// <summary>Of the name between its quotes, in the text as read; -1 when there is none.</summary>
    public int NameStart;
    public int NameLength;

    /// <summary>Of a string between its quotes or a number; where the value begins for the others.</summary>
    public int TextStart;
    public int TextLength;

    /// <summary>Index of the object or array that holds it; -1 for the root.</summary>
    public int Parent;

    /// <summary>Index of the first token behind the subtree.</summary>
    public int End;

    /// <summary>Position in the array or object that holds it.</summary>
    public int Index;

    /// <summary>Members or items.</summary>
    public int Count;
}
