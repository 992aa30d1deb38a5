using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace SecureStreams.Policy;

/// <summary>Which names C# takes, and how names of a policy become such.</summary>
internal static class CSharpNames
{
    /// <summary>What the compiler and the metadata format take without looking at it closely.</summary>
    public const int Longest = 300;

    private const int LongestDerived = 120;

    /// <summary>Names that every class inherits: a constant of that name would hide the member.</summary>
    public static readonly FrozenSet<string> Inherited =
        new[] { "Equals", "Finalize", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reserved words. Contextual ones are small letters alone, which class names must not be, and are harmless in a namespace.</summary>
    private static readonly FrozenSet<string> Keywords = (
        "abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern false finally " +
        "fixed float for foreach goto if implicit in int interface internal is lock long namespace new null object operator out override params private protected public " +
        "readonly ref return sbyte sealed short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual " +
        "void volatile while").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    public static bool IsIdentifier(string text) =>
        text.Length > 0 && (IsLetter(text[0]) || text[0] == '_') && text.All(static one => IsLetter(one) || IsDigit(one) || one == '_') && !Keywords.Contains(text);

    /// <summary>
    /// An identifier that reads like the name: its runs of letters and digits, each beginning with a capital. <c>captive_portal_detect</c> becomes
    /// <c>CaptivePortalDetect</c>, <c>_lws_smd</c> <c>LwsSmd</c>, <c>3g</c> <c>_3g</c>; a name without letters and digits <c>_</c>. Different names may give the same.
    /// </summary>
    public static string Derive(string name)
    {
        var identifier = new StringBuilder();
        var begins = true;
        foreach (var one in name)
        {
            if (!IsLetter(one) && !IsDigit(one))
            {
                begins = true;
                continue;
            }

            if (identifier.Length == LongestDerived)
                break;
            if (identifier.Length == 0 && IsDigit(one))
                identifier.Append('_');
            identifier.Append(begins ? char.ToUpperInvariant(one) : one);
            begins = false;
        }

        return identifier.Length == 0 ? "_" : identifier.ToString();
    }

    /// <summary>
    /// An identifier of its own for each name. Names that give the same one are numbered in their ordinal order, the first not; so are those that give one that is
    /// <paramref name="taken"/>. Does not depend on the order in which the names come.
    /// </summary>
    public static Dictionary<string, string> Assign(IEnumerable<string> names, IEnumerable<string> taken)
    {
        var derived = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(static name => (Name: name, Identifier: Derive(name))).ToList();

        // Numbers must not make what another name gives by itself.
        var natural = derived.Select(static one => one.Identifier).ToHashSet(StringComparer.Ordinal);
        var used = taken.ToHashSet(StringComparer.Ordinal);
        var next = new Dictionary<string, int>(StringComparer.Ordinal);
        var assigned = new Dictionary<string, string>(derived.Count, StringComparer.Ordinal);
        foreach (var (name, identifier) in derived)
        {
            var own = identifier;
            for (var number = next.GetValueOrDefault(identifier, 2); !used.Add(own); number++)
            {
                own = Numbered(identifier, number);
                while (natural.Contains(own))
                    own = Numbered(identifier, ++number);
                next[identifier] = number + 1;
            }

            assigned.Add(name, own);
        }

        return assigned;
    }

    /// <summary>The last part of a path, whichever system wrote it.</summary>
    public static string FileName(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..] is { Length: > 0 } name ? name : "policy";

    private static string Numbered(string identifier, int number) => string.Create(CultureInfo.InvariantCulture, $"{identifier}{(char.IsAsciiDigit(identifier[^1]) ? "_" : "")}{number}");

    /// <summary>Letters as C# has them; of those beyond the basic plane, which come as pairs, none.</summary>
    private static bool IsLetter(char one) => char.IsLetter(one) || char.GetUnicodeCategory(one) == UnicodeCategory.LetterNumber;

    private static bool IsDigit(char one) => char.IsDigit(one);
}
