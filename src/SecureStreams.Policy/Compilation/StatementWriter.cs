using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace SecureStreams.Policy;

/// <summary>The calls of <see cref="PolicyModelBuilder"/> that a model comes from, one for each line.</summary>
internal sealed class StatementWriter(ImmutableArray<string> layers)
{
    private const int BytesInLine = 24;
    private readonly List<string> _statements = [];

    public static IReadOnlyList<string> Of(PolicyModel model)
    {
        var writer = new StatementWriter(model.Layers);
        writer.Write(model);
        return writer._statements;
    }

    private void Write(PolicyModel model)
    {
        if (!model.Document.Stated.IsEmpty)
        {
            _statements.Add("Document()");
            WriteStated(model.Document);
        }

        WriteParts("Retry", InOrder(model.Retries.Values));
        foreach (var certificate in InOrder(model.Certificates.Values))
            WriteCertificate(certificate);
        WriteParts("TrustStore", InOrder(model.TrustStores.Values));
        WriteParts("Auth", InOrder(model.Auths.Values));
        WriteParts("Metric", model.Metrics);
        WriteParts("StreamType", InOrder(model.StreamTypes.Values));
    }

    /// <summary>As the policy has them: the model's dictionaries have no order.</summary>
    private IEnumerable<T> InOrder<T>(IEnumerable<T> parts)
        where T : PolicyPart =>
        parts.OrderBy(part => layers.IndexOf(part.Location.File)).ThenBy(static part => part.Location.Line).ThenBy(static part => part.Location.Column)
            .ThenBy(static part => part.Name, StringComparer.Ordinal);

    private void WriteParts(string method, IEnumerable<PolicyPart> parts)
    {
        foreach (var part in parts)
        {
            _statements.Add($"{method}({CSharpLiterals.Quote(part.Name)}, {Place(part.Location)})");
            WriteStated(part);
        }
    }

    private void WriteCertificate(CertificatePolicy certificate)
    {
        var text = new StringBuilder($"Certificate({CSharpLiterals.Quote(certificate.Name)}, [");
        for (var i = 0; i < certificate.Der.Length; i++)
        {
            if (certificate.Der.Length > BytesInLine && i % BytesInLine == 0)
                text.Append("\n            ");
            text.Append(CultureInfo.InvariantCulture, $"0x{certificate.Der[i]:X2}");
            if (i < certificate.Der.Length - 1)
                text.Append(i % BytesInLine == BytesInLine - 1 ? "," : ", ");
        }

        var problem = certificate.Problem is { } why ? CSharpLiterals.Quote(why) : "null";
        _statements.Add(text.Append(CultureInfo.InvariantCulture, $"], {problem}, {Place(certificate.Location)})").ToString());
    }

    private void WriteStated(PolicyPart part)
    {
        foreach (var stated in part.Stated)
        {
            var name = CSharpLiterals.Quote(stated.Attribute.Name);
            var place = Place(stated.Location);
            switch (CompiledShapes.Of(stated.Attribute.Kind))
            {
                case CompiledShape.Flag:
                    _statements.Add($"Set({name}, {(stated.Value.Flag ? "true" : "false")}, {place})");
                    break;
                case CompiledShape.Number:
                    _statements.Add($"Set({name}, {Number(stated.Value)}, {place})");
                    break;
                case CompiledShape.Numbers:
                    _statements.Add($"SetNumbers({name}, [{string.Join(", ", stated.Value.Items.Select(Number))}], {place})");
                    break;
                case CompiledShape.Texts:
                    _statements.Add($"SetTexts({name}, {place})");
                    foreach (var item in stated.Value.Items)
                        _statements.Add($"Add({CSharpLiterals.Quote(item.Text)})");
                    break;
                case CompiledShape.Map:
                    _statements.Add($"SetMap({name}, {place})");
                    WriteEntries(stated);
                    break;
                default:
                    _statements.Add($"Set({name}, {CSharpLiterals.Quote(stated.Value.Text)}, {place})");
                    break;
            }
        }
    }

    private void WriteEntries(PolicyAttributeValue map)
    {
        var shape = CompiledShapes.OfEntries(map.Attribute.Kind);
        foreach (var pair in map.Value.Pairs)
        {
            var value = shape == CompiledShape.Number ? Number(pair.Value) : CSharpLiterals.Quote(pair.Value.Text);
            _statements.Add($"Add({CSharpLiterals.Quote(pair.Key)}, {value}, {Place(pair.Location)})");
        }
    }

    private string Place(PolicyLocation place) =>
        string.Create(CultureInfo.InvariantCulture, $"{layers.IndexOf(place.File)}, {place.Line}, {place.Column}");

    private static string Number(PolicyValue value) => value.Number.ToString(CultureInfo.InvariantCulture);
}
