using System.Net.Http.Headers;
using SecureStreams.Codecs.Multipart;
using SecureStreams.Core;

namespace SecureStreams.Transports.Http;

/// <summary>What an answer's head said, for what may change it later: the headers of a part, trailers. Only there where policy and answer make a use for it.</summary>
/// <param name="plan">The policy.</param>
/// <param name="metadata">Where values are published.</param>
/// <param name="declared">The values of the declared names; null where none is declared. Not changed.</param>
internal sealed class HttpAnswer(HttpPlan plan, MetadataStore metadata, string?[]? declared)
{
    private List<KeyValuePair<string, string>>? _all;

    /// <summary>Takes it apart; null where it has no parts.</summary>
    public MultipartReader? Parts { get; set; }

    /// <summary>With what the next piece of the part begins.</summary>
    public SsRxFlags PartFlags { get; set; }

    /// <summary>Publishes every header of the head, where the application may read them by name.</summary>
    public void PublishAllOnMailbox(HttpResponseMessage response)
    {
        if (!plan.AllowsDirect)
            return;
        _all = [];
        AddTo(_all, response.Headers);
        AddTo(_all, response.Content.Headers);
        metadata.PublishDirectOnMailbox(_all);
    }

    /// <summary>
    /// Publishes the headers of the part that begins. What describes a body is the part's alone; for anything else that it says nothing of, the answer's own head stands.
    /// </summary>
    public void PublishPartOnMailbox()
    {
        if (declared is not null)
        {
            var values = new string?[declared.Length];
            foreach (var row in plan.Headers)
                values[row.Index] = Parts!.Header(row.Name) ?? (HttpNames.IsContentHeader(row.Name) ? null : declared[row.Index]);
            plan.Dial.Facts.Carry(declared, values);
            metadata.PublishReceivedOnMailbox(values);
        }

        if (_all is not null)
        {
            var all = new List<KeyValuePair<string, string>>(_all.Count);
            Parts!.CopyHeaders(all);
            all.AddRange(_all.Where(static one => !HttpNames.IsContentHeader(one.Key)));
            metadata.PublishDirectOnMailbox(all);
        }
    }

    /// <summary>Publishes trailers: they count more than what the head said of the same name.</summary>
    public void PublishTrailersOnMailbox(HttpResponseHeaders trailers)
    {
        if (trailers.NonValidated.Count == 0)
            return;
        if (declared is not null)
        {
            var values = (string?[])declared.Clone();
            foreach (var row in plan.Headers)
                values[row.Index] = HttpResponseValues.Find(trailers, row.Name) ?? values[row.Index];
            plan.Dial.Facts.Carry(declared, values);
            metadata.PublishReceivedOnMailbox(values);
        }

        if (_all is not null)
        {
            var all = new List<KeyValuePair<string, string>>(_all.Count + trailers.NonValidated.Count);
            AddTo(all, trailers);
            all.AddRange(_all);
            metadata.PublishDirectOnMailbox(all);
        }
    }

    private static void AddTo(List<KeyValuePair<string, string>> all, HttpHeaders headers)
    {
        foreach (var (name, values) in headers.NonValidated)
            all.Add(KeyValuePair.Create(name, string.Join(", ", values)));
    }
}
