using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>Reads policy documents. Does no I/O, keeps no state; safe on any thread.</summary>
public static class PolicyLoader
{
    /// <summary>The newest <c>schema-version</c> that this release reads.</summary>
    public const int SupportedSchemaVersion = 1;

    /// <summary>Reads one document and checks all of it.</summary>
    /// <param name="utf8">The text; a byte order mark is skipped. Not kept.</param>
    /// <param name="name">What diagnostics and provenance call the document, usually its file name.</param>
    /// <param name="options">How to judge it; null for the defaults.</param>
    /// <returns>A model, or errors; never throws for anything in the text.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public static PolicyLoadResult Load(ReadOnlyMemory<byte> utf8, string name, PolicyLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        options ??= new PolicyLoadOptions();
        var bag = new DiagnosticBag(options.Strict);
        var model = Read(utf8, name, options, bag);
        return new PolicyLoadResult(bag.HasErrors ? null : model, bag.ToSorted());
    }

    private static PolicyModel? Read(ReadOnlyMemory<byte> utf8, string name, PolicyLoadOptions options, DiagnosticBag bag)
    {
        if (utf8.Length > options.MaximumBytes)
        {
            bag.Report(PolicyDiagnosticTable.TooLarge, new SourceText(name, default), 0, "$",
                $"the document has {utf8.Length} bytes; at most {options.MaximumBytes} are read");
            return null;
        }

        var source = new SourceText(name, Utf8Repair.Run(utf8, out var invalid));
        if (utf8.Span is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, _, ..] or [_, 0, ..])
        {
            bag.Report(PolicyDiagnosticTable.Encoding, source, 0, "$", "the document looks like UTF-16; save it as UTF-8");
            return null;
        }

        foreach (var (offset, value) in invalid)
            bag.Report(PolicyDiagnosticTable.Encoding, source, offset, "$", $"byte 0x{value:X2} is not valid UTF-8");
        if (utf8.Span[source.Start..].IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            bag.Report(PolicyDiagnosticTable.Empty, source, source.Start, "$", "the document is empty");
            return null;
        }

        if (TextPreparation.Run(source, bag, out var cutOff) is not { } text)
            return null;
        var root = JsonTreeReader.Read(text, source, bag, cutOff, out var complete);
        if (root is null)
            return null;
        if (root.Kind != JsonValueKind.Object)
        {
            bag.Report(PolicyDiagnosticTable.RootNotObject, source, root, $"the document must be an object, not {Wording.Describe(root, secret: true)}");
            return null;
        }

        // Of a text that breaks off, each value that was read is judged, but not what it refers to: that may be in the part that was not.
        var draft = DraftReader.Read(root, source, bag);
        return complete ? Check(draft, options, bag) : null;
    }

    private static PolicyModel? Check(PolicyDraft draft, PolicyLoadOptions options, DiagnosticBag bag)
    {
        var certificates = PolicyRules.Check(draft, options, bag);
        return bag.HasErrors ? null : ModelBuilder.Build(draft, certificates);
    }
}
