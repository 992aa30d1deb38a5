using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>Reads the layers of one policy and checks their sum. Holds the borrowed memory that drafts lie in.</summary>
internal sealed class LayerReader(PolicyLoadOptions options, DiagnosticBag bag) : IDisposable
{
    private readonly List<IDisposable> _borrowed = [];

    /// <summary>What the policy states, or null when a layer could not be read or there is an error.</summary>
    public StatedPolicy? Read(IReadOnlyList<PolicyDocument> layers)
    {
        PolicyDraft? sum = null;
        var complete = true;
        foreach (var layer in layers)
        {
            if (ReadLayer(layer, out var whole) is not { } draft)
            {
                complete = false;
                continue;
            }

            complete &= whole;
            if (sum is null)
            {
                sum = draft;
                if (complete)
                    DraftLayers.CheckBase(sum, bag);
            }
            else if (complete)
            {
                DraftLayers.Overlay(sum, draft, bag);
            }
        }

        // Of a text that breaks off, each value that was read is judged, but not what it refers to: that may be in the part that was not.
        if (sum is null || !complete)
            return null;
        if (layers.Count > 1)
            DraftLayers.Settle(sum);
        return Check(sum, layers);
    }

    public void Dispose()
    {
        foreach (var one in _borrowed)
            one.Dispose();
    }

    private PolicyDraft? ReadLayer(PolicyDocument layer, out bool complete)
    {
        complete = false;
        var utf8 = layer.Utf8;
        if (utf8.Length > options.MaximumBytes)
        {
            bag.Report(PolicyDiagnosticTable.TooLarge, new SourceText(layer.Name, default), 0, "$",
                $"the document has {utf8.Length} bytes; at most {options.MaximumBytes} are read");
            return null;
        }

        var source = new SourceText(layer.Name, Utf8Repair.Run(utf8, out var invalid));
        if (utf8.Span is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, _, ..] or [_, 0, ..])
        {
            bag.Report(PolicyDiagnosticTable.Encoding, source, 0, "$", "the document looks like UTF-16; save it as UTF-8");
            return null;
        }

        if (invalid is not null)
            ReportInvalid(source, invalid);
        if (utf8.Span[source.Start..].IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            bag.Report(PolicyDiagnosticTable.Empty, source, source.Start, "$", "the document is empty");
            return null;
        }

        var tree = new JsonTree(source);
        _borrowed.Add(tree);
        if (JsonTreeReader.Read(tree, bag, out complete) is not { } root)
            return null;
        if (root.Kind != JsonValueKind.Object)
        {
            bag.Report(PolicyDiagnosticTable.RootNotObject, source, root, $"the document must be an object, not {Wording.Describe(root, secret: true)}");
            return null;
        }

        var arena = new DraftArena();
        _borrowed.Add(arena);
        return DraftReader.Read(root, bag, arena);
    }

    private StatedPolicy? Check(PolicyDraft draft, IReadOnlyList<PolicyDocument> layers)
    {
        var certificates = PolicyRules.Check(draft, options, bag);
        return bag.HasErrors ? null : new StatedPolicy
        {
            Layers = NamesOf(layers),
            Document = draft.Document.ToModel(),
            Certificates = Located(draft[PolicySection.Certificates], certificates),
            Retries = new DraftParts(draft[PolicySection.Retry]),
            TrustStores = new DraftParts(draft[PolicySection.TrustStores]),
            Auths = new DraftParts(draft[PolicySection.Auth]),
            Metrics = new DraftParts(draft[PolicySection.Metrics]),
            StreamTypes = new DraftParts(draft[PolicySection.StreamTypes]),
        };
    }

    private void ReportInvalid(SourceText source, List<(int Offset, byte Byte)> invalid)
    {
        foreach (var (offset, value) in invalid)
            bag.Report(PolicyDiagnosticTable.Encoding, source, offset, "$", $"byte 0x{value:X2} is not valid UTF-8");
    }

    private static string[] NamesOf(IReadOnlyList<PolicyDocument> layers)
    {
        var names = new string[layers.Count];
        for (var i = 0; i < names.Length; i++)
            names[i] = layers[i].Name;
        return names;
    }

    private static CertificatePolicy[] Located(IReadOnlyList<DraftEntry> entries, Dictionary<string, CertificatePolicy> certificates)
    {
        var located = new CertificatePolicy[entries.Count];
        for (var i = 0; i < located.Length; i++)
            located[i] = certificates[entries[i].Name] with { Location = entries[i].Node.Location };
        return located;
    }
}
