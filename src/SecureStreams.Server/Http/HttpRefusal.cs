using System.Text;
using SecureStreams.Transports;

namespace SecureStreams.Server.Http;

/// <summary>Why a request is answered without a stream.</summary>
/// <param name="Status">The status of the answer.</param>
/// <param name="Failure">What operators are told; its message is told to the client too.</param>
internal sealed record HttpRefusal(int Status, TransportFailure Failure)
{
    /// <summary>Headers of the answer.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Answers with it.</summary>
    public async Task AnswerAsync(HttpExchange exchange)
    {
        var text = Encoding.UTF8.GetBytes(Failure.Message + "\n");
        exchange.Response.StatusCode = Status;
        exchange.Response.Headers.ContentType = "text/plain; charset=utf-8";
        exchange.Response.Headers.ContentLength = text.Length;
        foreach (var (name, value) in Headers)
            exchange.Response.Headers[name] = value;
        if (exchange.Request.Method != "HEAD")
            await exchange.Answer.Writer.WriteAsync(text, exchange.Lifetime.RequestAborted).ConfigureAwait(false);
    }
}
